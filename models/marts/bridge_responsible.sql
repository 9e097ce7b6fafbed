with responsible as (
    select * from {{ ref('stg_responsible') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
),

employees as (
    select employee_id, full_name, unit_id from {{ ref('dim_employee') }}
),

units as (
    select unit_id, name, branch_unit_id, branch_name from {{ ref('dim_org_unit') }}
)

-- Where the register names no unit, it is the employee's.
select
    concat_ws(':', responsible.customer_id, responsible.line, responsible.valid_from) as responsible_id,
    numbers.customer_no,
    responsible.line,
    responsible.employee_id,
    employees.full_name as employee_name,
    coalesce(responsible.unit_id, employees.unit_id) as unit_id,
    units.name as unit_name,
    units.branch_unit_id,
    units.branch_name,
    responsible.valid_from,
    responsible.valid_to,
    responsible.reason
from responsible
left join numbers using (customer_id)
left join employees using (employee_id)
left join units on units.unit_id = coalesce(responsible.unit_id, employees.unit_id)
