-- A statement that names a contact person alone belongs to the contact person's customer.
with consents as (
    select * from {{ ref('stg_consent') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
),

persons as (
    select contact_person_id, customer_no from {{ ref('dim_contact_person') }}
)

select
    case when consents.customer_id is null then persons.customer_no else numbers.customer_no end as customer_no,
    persons.contact_person_id,
    consents.consent_id,
    consents.stated_at__date as stated_on,
    consents.stated_at,
    consents.channel,
    consents.address,
    consents.purpose,
    consents.decision,
    consents.stated_in
from consents
left join numbers using (customer_id)
left join persons using (contact_person_id)
