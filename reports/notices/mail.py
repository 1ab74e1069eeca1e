"""Sends a notice as a plain-text mail: over TLS or not at all, but for a server on this machine."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from recense.config import credentials
from recense.config.outward import Mail
from recense.reports.notices.webhook import PAUSES, TIMEOUT
from recense.reports.notices.wording import plain_text


def prepared(settings: Mail) -> Callable[[Mapping[str, Any]], str | None]:
    """Returns what delivers a notice and says why it could not: ``unreachable``, ``no_tls``, ``login``, ``refused``.

    Raises:
        ConfigError: the password is not there.
    """
    password = credentials.resolve(settings.password, "notify.mail.password") if settings.password else None

    def deliver(notice: Mapping[str, Any]) -> str | None:
        message = letter(settings, notice)
        problem: str | None = None
        for pause in PAUSES:
            time.sleep(pause)
            problem, again = _send(settings, password, message)
            if not again:
                break
        return problem

    return deliver


def letter(settings: Mail, notice: Mapping[str, Any]) -> EmailMessage:
    """Returns the mail; its id stays the same over retries, so that servers can tell a second copy."""
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Subject"] = f"recense: {notice['title']}"
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(notice["id"], domain=settings.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = notice["language"]
    message.set_content(plain_text(notice))
    return message


def _send(settings: Mail, password: str | None, message: EmailMessage) -> tuple[str | None, bool]:
    try:
        with _server(settings) as server:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user and password:
                server.login(settings.user, password)
            server.send_message(message)
    except ssl.SSLError:
        return "tls", False
    except smtplib.SMTPNotSupportedError:
        return "no_tls", False
    except smtplib.SMTPAuthenticationError:
        return "login", False
    except smtplib.SMTPResponseException as error:
        return "refused", 400 <= error.smtp_code < 500
    except smtplib.SMTPRecipientsRefused:
        return "refused", False
    except (OSError, smtplib.SMTPException):
        return "unreachable", True
    return None, False


def _server(settings: Mail) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
