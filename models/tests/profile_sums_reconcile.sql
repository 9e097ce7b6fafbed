-- What the profile says about money and things must add up to the facts and children of known customers.
with profile as (
    select
        sum(contract_count) as contracts,
        sum(account_count) as accounts,
        sum(subscription_count) as subscriptions,
        sum(charge_count) as charges,
        sum(payment_count) as payments,
        sum(invoice_count) as invoices,
        sum(service_count) as services,
        coalesce(sum(charged_total), 0) as charged,
        coalesce(sum(paid_total), 0) as paid,
        coalesce(sum(balance_total), 0) as balance,
        coalesce(sum(invoiced_total), 0) as invoiced,
        coalesce(sum(recurring_fee_total), 0) as recurring,
        coalesce(sum(roaming_minutes_total), 0) as roaming
    from {{ ref('customer_360') }}
),

details as (
    select
        (select count(customer_no) from {{ ref('dim_contract') }}) as contracts,
        (select count(customer_no) from {{ ref('dim_account') }}) as accounts,
        (select count(customer_no) from {{ ref('dim_subscription') }}) as subscriptions,
        (select count(customer_no) from {{ ref('fct_charge') }}) as charges,
        (select count(customer_no) from {{ ref('fct_payment') }}) as payments,
        (select count(customer_no) from {{ ref('fct_invoice') }}) as invoices,
        (select count(customer_no) from {{ ref('dim_subscription_product') }} where product_kind <> 'tariff') as services,
        (select coalesce(sum(amount), 0) from {{ ref('fct_charge') }} where customer_no is not null) as charged,
        (select coalesce(sum(amount), 0) from {{ ref('fct_payment') }} where customer_no is not null) as paid,
        (select coalesce(sum(balance), 0) from {{ ref('dim_account') }} where customer_no is not null) as balance,
        (select coalesce(sum(amount), 0) from {{ ref('fct_invoice') }} where customer_no is not null) as invoiced,
        (
            select coalesce(sum(monthly_fee), 0)
            from {{ ref('dim_subscription_product') }}
            where customer_no is not null and deactivated_on is null
        ) as recurring,
        (
            select coalesce(sum(roaming_minutes), 0)
            from {{ ref('fct_usage_monthly') }}
            where customer_no is not null and roaming_minutes > 0
        ) as roaming
)

-- An empty profile sums to NULL, which is nothing to reconcile.
select profile.*
from profile, details
where profile.contracts is not null and profile <> details
