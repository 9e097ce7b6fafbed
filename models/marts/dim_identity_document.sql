-- The id counts a customer's documents in the order of their issue: series and number are secret, an id is not.
with documents as (
    select * from {{ ref('stg_identity_document') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
),

counted as (
    select
        *,
        row_number() over (
            partition by customer_id order by issued_on nulls first, document_kind, series, number
        ) as place
    from documents
)

select
    concat_ws(':', counted.customer_id, counted.place) as document_id,
    numbers.customer_no,
    counted.document_kind,
    counted.series,
    counted.number,
    counted.issued_on,
    counted.issued_by,
    counted.valid_to
from counted
left join numbers using (customer_id)
