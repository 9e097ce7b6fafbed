with persons as (
    select * from {{ ref('stg_contact_person') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
)

select
    persons.contact_person_id,
    numbers.customer_no,
    nullif(concat_ws(' ', persons.surname, persons.name, persons.patronymic), '') as full_name,
    nullif(concat_ws(' ', persons.surname__folded, persons.name__folded, persons.patronymic__folded), '')
        as full_name__folded,
    persons.surname,
    persons.name,
    persons.patronymic,
    persons.person_kind,
    persons.position,
    persons.role,
    persons.management_level,
    persons.influence,
    persons.phone,
    persons.email,
    persons.power_of_attorney_no,
    persons.valid_from,
    persons.valid_to
from persons
left join numbers using (customer_id)
