-- What the registries and the statistics office say of a company. Of several periods of one status the one that ends
-- last is shown (no end is the latest end). NULL dates beside a count above zero: the registry gives none.
{% set statuses = {
    'active': 'registry_active',
    'inactive': 'registry_inactive',
    'tax_block': 'tax_block',
    'account_block': 'account_block',
    'in_liquidation': 'liquidation',
    'liquidated': 'liquidated',
} %}
with owners as (
    select * from {{ ref('int_tax_id_owner') }} where is_own
),

organisations as (
    select *, raw.identifier_value('tax_id', tax_id) as one_tax_id from {{ ref('stg_organisation') }}
),

-- The office may write one tax id in two ways: the younger registration holds.
by_tax_id as (
    select one_tax_id, arg_max(organisations, (coalesce(registered_on, date '0001-01-01'), tax_id)) as organisation
    from organisations
    where one_tax_id is not null
    group by one_tax_id
),

known_organisations as (
    select
        owners.customer_no,
        own.organisation.organisation_type as organisation_type,
        own.organisation.registration_no as registration_no,
        own.organisation.registered_on as company_registered_on,
        own.organisation.director as director,
        own.organisation.director__folded as director__folded,
        own.organisation.parent_tax_id as parent_tax_id,
        parent.organisation.name as parent_company,
        parent.organisation.name__folded as parent_company__folded
    from owners
    inner join by_tax_id as own on owners.tax_id = own.one_tax_id
    left join by_tax_id as parent
        on raw.identifier_value('tax_id', own.organisation.parent_tax_id) = parent.one_tax_id
),

picked as (
    select
        customer_no,
        {%- for status in statuses %}
        count(*) filter (where status = '{{ status }}') as {{ status }}_count,
        max({
            'until': coalesce(valid_to, date '9999-12-31'), 'since': coalesce(valid_from, date '0001-01-01')
        }) filter (where status = '{{ status }}') as {{ status }}_period,
        {%- endfor %}
    from {{ ref('fct_legal_status') }}
    where customer_no is not null
    group by customer_no
),

periods as (
    select
        customer_no,
        {%- for status, prefix in statuses.items() %}
        {{ status }}_count as {{ prefix }}_count,
        nullif({{ status }}_period.since, date '0001-01-01') as {{ prefix }}_since,
        nullif({{ status }}_period.until, date '9999-12-31') as {{ prefix }}_until,
        {%- endfor %}
    from picked
)

select *
from known_organisations
full outer join periods using (customer_no)
