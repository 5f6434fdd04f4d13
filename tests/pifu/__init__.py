"""Coming back: rules, actions, pages."""
