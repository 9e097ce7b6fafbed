{{ current_rows('subscription', ['subscription_id']) }}
