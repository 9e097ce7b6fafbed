{% set extensions = extension_columns() %}
with customers as (
    select numbers.customer_no, customers.*
    from {{ ref('stg_customer') }} as customers
    inner join {{ source('raw', 'customer_no') }} as numbers using (customer_id)
)

select
    customers.customer_no,
    customers.customer_id,
    customers.kind,

    -- identity and contacts
    customers.full_name,
    customers.full_name__folded,
    customers.short_name,
    customers.short_name__folded,
    customers.tax_id,
    customers.phone,
    customers.email,
    customers.email__folded,

    -- demography, firmography
    customers.birth_date,
    customers.sex,
    customers.language,
    customers.region,
    customers.city,
    customers.city__folded,
    customers.address,
    customers.address__folded,
    customers.industry,
    customers.head_count,
    customers.vip,

    -- life cycle
    customers.registered_on,
    customers.declared_status,
    customers.gone_on,
    least(
        customers.registered_on, contracts.first_contract_on, subscriptions.first_activated_on
    ) as exists_from,

    -- contracts, accounts, subscriptions
    coalesce(contracts.contract_count, 0) as contract_count,
    coalesce(contracts.open_contract_count, 0) as open_contract_count,
    contracts.first_contract_on,
    contracts.last_contract_on,
    contracts.last_contract_ended_on,
    contracts.payment_kind,
    coalesce(accounts.account_count, 0) as account_count,
    coalesce(accounts.open_account_count, 0) as open_account_count,
    accounts.balance_total,
    accounts.debt_total,
    coalesce(subscriptions.subscription_count, 0) as subscription_count,
    coalesce(subscriptions.open_subscription_count, 0) as open_subscription_count,
    subscriptions.first_activated_on,
    subscriptions.last_activated_on,
    subscriptions.last_deactivated_on,
    subscriptions.tariff,
    subscriptions.tariff__folded,
    subscriptions.msisdn,

    -- consumption
    usage.first_usage_month,
    usage.last_usage_month,
    {{ monthly_columns('voice_minutes_') }}
    {{ monthly_columns('data_mb_') }}
    {{ monthly_columns('sms_count_') }}
    {{ monthly_columns('roaming_minutes_') }}

    -- charges and payments
    coalesce(charges.charge_count, 0) as charge_count,
    charges.charged_total,
    charges.last_charge_on,
    {{ monthly_columns('charged_') }}
    coalesce(payments.payment_count, 0) as payment_count,
    payments.paid_total,
    payments.first_payment_on,
    payments.last_payment_on,
    payments.last_payment_amount,
    payments.last_payment_method,
    {{ monthly_columns('paid_') }}
{% for extension in extensions %}
    {{ extension.table }}.{{ adapter.quote(extension.column) }},
{%- endfor %}
from customers
left join {{ ref('int_customer_contracts') }} as contracts using (customer_no)
left join {{ ref('int_customer_accounts') }} as accounts using (customer_no)
left join {{ ref('int_customer_subscriptions') }} as subscriptions using (customer_no)
left join {{ ref('int_customer_usage') }} as usage using (customer_no)
left join {{ ref('int_customer_charges') }} as charges using (customer_no)
left join {{ ref('int_customer_payments') }} as payments using (customer_no)
{% for table in extensions | map(attribute='table') | unique %}
left join raw.{{ table }} as {{ table }} on {{ table }}.customer_id = customers.customer_id
{% endfor %}
