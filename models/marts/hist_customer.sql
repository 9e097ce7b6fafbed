-- Customers are numbered for ever: those whom no source knows any more too.
with versions as (
    {{ past_versions('customer', 'customer_id', [
        'kind', 'full_name', 'full_name__folded', 'short_name', 'short_name__folded', 'tax_id', 'phone', 'email',
        'email__folded', 'birth_date', 'sex', 'language', 'region', 'city', 'city__folded', 'address',
        'address__folded', 'industry', 'head_count', 'vip', 'registered_on', 'declared_status', 'gone_on',
    ]) }}
)

select numbers.customer_no, versions.id as customer_id, versions.* exclude (id)
from versions
inner join {{ source('raw', 'customer_no') }} as numbers on numbers.customer_id = versions.id
