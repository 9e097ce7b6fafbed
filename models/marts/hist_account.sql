with versions as (
    {{ past_versions('account', 'account_id', ['contract_id', 'opened_on', 'closed_on']) }}
)

select id as account_id, * exclude (id) from versions
