"""The screens, one module each; a module registers its own by being here."""
