{{ current_rows('payment', ['payment_id']) }}
