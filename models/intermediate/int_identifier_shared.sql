-- Periods in which an identifier is said to be of several customers. Periods that overlap, one leading to the next, are
-- one case. The day on which a number is handed over belongs to both periods and is no conflict.
with periods as (
    select
        *,
        hash(kind, value) as same,
        coalesce(valid_from, date '0001-01-01') as begins,
        coalesce(valid_to, date '9999-12-31') as ends
    from {{ ref('int_identifier_period') }}
),

of_several as (
    select same from periods group by same having min(customer_no) <> max(customer_no)
),

reached as (
    select
        periods.*,
        max(ends) over (
            partition by kind, value
            order by begins, ends, claim_id
            rows between unbounded preceding and 1 preceding
        ) as reached
    from periods
    semi join of_several using (same)
),

numbered as (
    select
        *,
        count(*) filter (where reached is null or begins >= reached) over (
            partition by kind, value order by begins, ends, claim_id
        ) as place
    from reached
),

cases as (
    select
        kind,
        value,
        place,
        count(distinct customer_no) as candidates,
        -- From the second one who begins to the last but one who ends, at least two have it.
        nullif(min(begins, 2)[2], date '0001-01-01') as shared_from,
        nullif(max(ends, 2)[2], date '9999-12-31') as shared_to
    from numbered
    group by kind, value, place
    having count(distinct customer_no) > 1
)

select numbered.claim_id, cases.candidates, cases.shared_from, cases.shared_to
from numbered
inner join cases using (kind, value, place)
