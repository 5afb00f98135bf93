"""The words that every process shares: domain, messages, states, errors, configuration, recipe bundle."""
