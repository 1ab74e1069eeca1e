// Keys for lists and decisions. Loaded only while the account wants them (WCAG 2.2, 2.1.4).
// J and K go to the next and the previous row or finding; a form's options carry their own key in data-key.
"use strict";
(() => {
  const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), select, textarea");

  const step = (by) => {
    const link = document.querySelector(by > 0 ? "a[data-next]" : "a[data-previous]");
    if (link) { link.click(); return; }
    const links = [...document.querySelectorAll("table[data-list] tbody th a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      step(key === "j" ? 1 : -1);
      event.preventDefault();
      return;
    }
    const option = /^[a-z]$/.test(key) && document.querySelector(`input[type=radio][data-key="${key}"]`);
    if (option) {
      option.checked = true;
      option.focus();
      option.dispatchEvent(new Event("change", { bubbles: true }));
      event.preventDefault();
    }
  });
})();
