with periods as (
    select * from {{ ref('int_identifier_period') }}
),

shared as (
    select * from {{ ref('int_identifier_shared') }}
)

select
    periods.claim_id as identifier_id,
    periods.customer_no,
    periods.kind,
    periods.value,
    periods.valid_from,
    periods.valid_to,
    periods.origin,
    coalesce(shared.candidates, 1) as candidates
from periods
left join shared using (claim_id)
