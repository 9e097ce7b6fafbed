-- One row per customer, identifier and unbroken period: what several sources say of the same days is said once.
-- Nearly all claims stand alone. Only those that don't are sorted, found by a hash that is cheap to group by; two
-- claims that share a hash by chance are told apart by their values below.
with claims as (
    select *, hash(customer_no, kind, value) as same from {{ ref('int_identifier_claim') }}
),

repeated as (
    select same from claims group by same having count(*) > 1
),

reached as (
    select
        claims.*,
        coalesce(valid_from, date '0001-01-01') as begins,
        coalesce(valid_to, date '9999-12-31') as ends,
        max(ends) over (
            partition by customer_no, kind, value
            order by begins, ends, claim_id
            rows between unbounded preceding and 1 preceding
        ) as reached
    from claims
    semi join repeated using (same)
),

numbered as (
    select
        *,
        count(*) filter (where reached is null or begins > reached + 1) over (
            partition by customer_no, kind, value order by begins, ends, claim_id
        ) as period
    from reached
),

merged as (
    select
        arg_min(claim_id, (begins, ends, claim_id)) as claim_id,
        arg_min(origin, (begins, ends, claim_id)) as origin,
        customer_no,
        kind,
        value,
        nullif(min(begins), date '0001-01-01') as valid_from,
        nullif(max(ends), date '9999-12-31') as valid_to
    from numbered
    group by customer_no, kind, value, period
)

select claim_id, origin, customer_no, kind, value, valid_from, valid_to
from claims
anti join repeated using (same)
union all
select * from merged
