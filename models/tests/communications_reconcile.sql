-- What the profile counts must add up to the facts' rows of known customers, and no communication may get lost.
with profile as (
    select
        sum(contact_count) as contacts,
        sum(email_contact_count + sms_contact_count + telegram_contact_count + call_contact_count + push_contact_count)
            as by_channel,
        sum(incoming_contact_count) as incoming,
        sum(response_count) as responses,
        sum(service_request_count) as requests,
        sum(app_event_count) as app_events,
        coalesce(sum(app_purchase_total), 0) as app_purchases,
        sum(e_invoice_count) as e_invoices,
        coalesce(sum(signed_e_invoice_total), 0) as signed,
        coalesce(sum(
            registry_active_count + registry_inactive_count + tax_block_count + account_block_count
            + liquidation_count + liquidated_count
        ), 0) as statuses
    from {{ ref('customer_360') }}
),

communications as (
    select
        count(customer_no) filter (where direction = 'out') as contacts,
        count(customer_no) filter (
            where direction = 'out' and channel in ('email', 'sms', 'telegram', 'call', 'push')
        ) as by_channel,
        count(customer_no) filter (where direction = 'in') as incoming,
        count(*) filter (where origin = 'service_request') as requests_told
    from {{ ref('fct_contact') }}
),

details as (
    select
        contacts,
        by_channel,
        incoming,
        (select count(customer_no) from {{ ref('fct_response') }}) as responses,
        (select count(customer_no) from {{ ref('fct_service_request') }}) as requests,
        (select count(customer_no) from {{ ref('fct_app_event') }}) as app_events,
        (select coalesce(sum(amount), 0) from {{ ref('fct_app_event') }} where customer_no is not null)
            as app_purchases,
        (select count(customer_no) from {{ ref('fct_e_invoice') }}) as e_invoices,
        (
            select coalesce(sum(amount), 0)
            from {{ ref('fct_e_invoice') }}
            where customer_no is not null and status = 'signed'
        ) as signed,
        (select count(customer_no) from {{ ref('fct_legal_status') }}) as statuses
    from communications
)

-- An empty profile sums to NULL, which is nothing to reconcile.
select profile.*
from profile, details, communications
where
    profile.contacts is not null
    and (
        profile <> details
        or communications.requests_told <> (select count(*) from {{ ref('fct_service_request') }})
    )
