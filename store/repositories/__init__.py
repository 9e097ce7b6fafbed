"""All statements on the operational store, one repository per noun."""
