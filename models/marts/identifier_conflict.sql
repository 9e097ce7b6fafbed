with shared as (
    select * from {{ ref('int_identifier_shared') }}
),

periods as (
    select * from {{ ref('int_identifier_period') }}
)

select
    shared.claim_id as conflict_id,
    periods.customer_no,
    periods.kind,
    periods.value,
    shared.candidates,
    shared.shared_from,
    shared.shared_to,
    periods.valid_from,
    periods.valid_to,
    periods.origin
from shared
inner join periods using (claim_id)
