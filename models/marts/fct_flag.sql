with flags as (
    select * from {{ ref('stg_flag') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
),

authors as (
    select employee_id, full_name from {{ ref('dim_employee') }}
)

select
    flags.flag_id,
    numbers.customer_no,
    flags.flag_kind,
    flags.set_on,
    flags.author as author_id,
    authors.full_name as author_name,
    flags.reason,
    flags.ended_on
from flags
left join numbers using (customer_id)
left join authors on authors.employee_id = flags.author
