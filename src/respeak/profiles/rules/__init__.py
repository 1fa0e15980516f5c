"""What no row can say of a dialect: rules between fields, and payloads that change shape as a whole."""
