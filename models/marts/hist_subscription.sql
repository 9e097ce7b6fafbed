with versions as (
    {{ past_versions('subscription', 'subscription_id', ['account_id', 'msisdn', 'tariff', 'tariff__folded', 'activated_on', 'deactivated_on']) }}
)

select id as subscription_id, * exclude (id) from versions
