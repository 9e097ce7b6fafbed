with versions as (
    {{ past_versions('contract', 'contract_id', ['payment_kind', 'signed_on', 'ended_on']) }}
)

select id as contract_id, * exclude (id) from versions
