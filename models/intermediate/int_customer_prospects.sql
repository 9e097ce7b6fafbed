-- The duplicate check of prospects: other customers with the same tax id are candidates, nobody is merged. Named is one
-- whom our own systems know, if there is any, and of several the first who was seen.
with customers as (
    select customer_no, customer_id, origin, raw.identifier_value('tax_id', tax_id) as tax_id
    from {{ ref('dim_customer') }}
)

select
    prospects.customer_no,
    any_value(prospects.origin) as prospect_source,
    count(others.customer_no) as prospect_candidate_count,
    min_by(others.customer_id, (others.origin is not null, others.customer_no))
        filter (where others.customer_no is not null) as prospect_candidate_id
from customers as prospects
left join customers as others
    on others.tax_id = prospects.tax_id and others.customer_no <> prospects.customer_no
where prospects.origin is not null
group by prospects.customer_no
