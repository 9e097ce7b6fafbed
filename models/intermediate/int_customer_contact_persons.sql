{{ config(meta={'by_customer': 'sorted'}) }}
-- The main contact: of those still there the most influential on decisions, then the one known longest, then the lower id.
with persons as (
    select
        customer_no,
        valid_to,
        {
            'name': full_name,
            'folded': full_name__folded,
            'position': position,
            'role': role,
            'influence': influence,
            'phone': phone,
            'email': email
        } as person,
        (
            valid_to is not null,
            case influence when 'decisive' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end,
            coalesce(valid_from, date '9999-12-31'),
            contact_person_id
        ) as rank
    from {{ ref('dim_contact_person') }}
    where customer_no is not null
),

chosen as (
    select
        customer_no,
        count(*) as contact_person_count,
        count(*) filter (where valid_to is null) as open_contact_person_count,
        min_by(person, rank) as main
    from persons
    group by customer_no
)

select
    customer_no,
    contact_person_count,
    open_contact_person_count,
    main.name as main_contact_name,
    main.folded as main_contact_name__folded,
    main.position as main_contact_position,
    main.role as main_contact_role,
    main.influence as main_contact_influence,
    main.phone as main_contact_phone,
    main.email as main_contact_email
from chosen
