{{ current_rows('customer', ['customer_id']) }}
