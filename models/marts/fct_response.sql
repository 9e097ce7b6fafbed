{{ config(meta={'months_of': {'dataset': 'response', 'day': 'responded_at__date'}}) }}
-- What a response does not say itself - whose it is, the campaign, the channel - the contact that it answers says.
-- Its type is how far it shows that the contact got: 1 it arrived, 2 it found interest, 3 it sold. That a contact
-- arrived without a word of the customer is no response; its own `result` says so.
with responses as (
    select * from {{ ref('stg_response') }}
),

-- A contact that was sent twice under one id is one: the later row holds.
answered as (
    select contact_id, max({
        'contacted_at': contacted_at,
        'customer_no': customer_no,
        'subscription_id': subscription_id,
        'campaign': campaign,
        'channel': channel
    }) as contact
    from {{ ref('fct_contact') }}
    where origin = 'contact' and responded
    group by contact_id
)

select
    case
        when responses.customer_id is null then answered.contact.customer_no
        else customers.customer_no
    end as customer_no,
    answered.contact.subscription_id as subscription_id,
    responses.response_id,
    responses.contact_id,
    responses.responded_at__date as responded_on,
    responses.responded_at,
    coalesce(responses.campaign, answered.contact.campaign) as campaign,
    answered.contact.channel as channel,
    responses.response_kind,
    case
        when responses.response_kind = 'bought' then 'purchase'
        when responses.response_kind in ('clicked', 'replied', 'accepted') then 'interest'
        when responses.response_kind in ('refused', 'unsubscribed', 'complained') then 'delivery'
    end as response_type,
    responses.amount
from responses
left join {{ ref('int_customer_key') }} as customers using (customer_id)
left join answered on responses.contact_id = answered.contact_id
