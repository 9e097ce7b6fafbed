with employees as (
    select * from {{ ref('stg_employee') }}
),

units as (
    select unit_id, name, branch_unit_id, branch_name from {{ ref('dim_org_unit') }}
)

select
    employees.employee_id,
    employees.full_name,
    employees.full_name__folded,
    employees.unit_id,
    units.name as unit_name,
    units.branch_unit_id,
    units.branch_name,
    employees.position,
    employees.deputy_id,
    deputies.full_name as deputy_name,
    employees.phone,
    employees.email,
    employees.valid_from,
    employees.valid_to
from employees
left join units using (unit_id)
left join employees as deputies on deputies.employee_id = employees.deputy_id
