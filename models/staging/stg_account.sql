{{ current_rows('account', ['account_id']) }}
