{{ current_rows('charge', ['charge_id']) }}
