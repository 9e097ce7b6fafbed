{% set extensions = extension_columns() %}
with customers as (
    select * from {{ ref('dim_customer') }}
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

    -- people around the customer: staff, flags, consent, contact persons, documents, surveys, origin
    responsible.sales_employee_id,
    responsible.sales_employee,
    responsible.sales_unit_id,
    responsible.sales_unit,
    responsible.sales_branch_id,
    responsible.sales_since,
    responsible.sales_until,
    responsible.service_employee_id,
    responsible.service_employee,
    responsible.service_unit_id,
    responsible.service_unit,
    responsible.service_branch_id,
    responsible.service_since,
    responsible.service_until,
    responsible.telemarketing_employee_id,
    responsible.telemarketing_employee,
    responsible.telemarketing_unit_id,
    responsible.telemarketing_unit,
    responsible.telemarketing_branch_id,
    responsible.telemarketing_since,
    responsible.telemarketing_until,
    responsible.collection_employee_id,
    responsible.collection_employee,
    responsible.collection_unit_id,
    responsible.collection_unit,
    responsible.collection_branch_id,
    responsible.collection_since,
    responsible.collection_until,
    coalesce(responsible.responsible_employee_count, 0) as responsible_employee_count,
    coalesce(flags.flag_count, 0) as flag_count,
    coalesce(flags.open_flag_count, 0) as open_flag_count,
    coalesce(flags.flag_vip, false) as flag_vip,
    coalesce(flags.flag_key_customer, false) as flag_key_customer,
    coalesce(flags.flag_difficult_customer, false) as flag_difficult_customer,
    flags.last_flag_on,
    coalesce(consents.consent_email, 'not_asked') as consent_email,
    consents.consent_email_on,
    coalesce(consents.consent_sms, 'not_asked') as consent_sms,
    consents.consent_sms_on,
    coalesce(consents.consent_telegram, 'not_asked') as consent_telegram,
    consents.consent_telegram_on,
    coalesce(consents.consent_call, 'not_asked') as consent_call,
    consents.consent_call_on,
    coalesce(consents.consent_push, 'not_asked') as consent_push,
    consents.consent_push_on,
    consents.last_consent_withdrawn_on,
    coalesce(contact_persons.contact_person_count, 0) as contact_person_count,
    coalesce(contact_persons.open_contact_person_count, 0) as open_contact_person_count,
    contact_persons.main_contact_name,
    contact_persons.main_contact_name__folded,
    contact_persons.main_contact_position,
    contact_persons.main_contact_role,
    contact_persons.main_contact_influence,
    contact_persons.main_contact_phone,
    contact_persons.main_contact_email,
    documents.document_kind,
    documents.document_number,
    documents.document_issued_on,
    documents.document_issued_by,
    documents.document_valid_to,
    documents.code_word_hash,
    documents.code_word_set_on,
    coalesce(surveys.survey_count, 0) as survey_count,
    surveys.last_survey_kind,
    surveys.last_survey_topic,
    surveys.last_survey_score,
    surveys.last_survey_on,
    surveys.last_nps_score,
    surveys.last_nps_on,
    surveys.last_csi_score,
    surveys.last_csi_on,
    prospects.prospect_source,
    prospects.prospect_candidate_count,
    prospects.prospect_candidate_id,
    -- devices, tariff and services
    devices.newest.vendor as device_vendor,
    devices.newest.model as device_model,
    devices.newest.model__folded as device_model__folded,
    devices.newest.device_kind as device_kind,
    devices.newest.os as device_os,
    devices.newest.os_version as device_os_version,
    devices.newest.network as device_network,
    devices.newest.first_seen_on as device_first_seen_on,
    devices.newest.last_seen_on as device_last_seen_on,
    coalesce(devices.device_count, 0) as device_count,
    coalesce(devices.open_device_count, 0) as open_device_count,
    products.newest_tariff.product_id as tariff_product_id,
    products.newest_tariff.monthly_fee as tariff_monthly_fee,
    products.newest_tariff.included_minutes as tariff_included_minutes,
    products.newest_tariff.included_mb as tariff_included_mb,
    products.newest_tariff.included_sms as tariff_included_sms,
    products.newest_tariff.activated_on as tariff_since,
    products.newest_tariff.sold_from as tariff_sold_from,
    products.newest_tariff.sold_until as tariff_sold_until,
    coalesce(products.tariff_change_count, 0) as tariff_change_count,
    coalesce(products.service_count, 0) as service_count,
    coalesce(products.open_service_count, 0) as open_service_count,
    products.service_fee_total,
    products.recurring_fee_total,
    products.last_service_on,
    products.last_service_ended_on,

    -- debt, invoices, payment habits, roaming
    balances.last_balance_on,
    balances.overdue_total,
    coalesce(accounts.debt_account_count, 0) as debt_account_count,
    coalesce(balances.overdue_account_count, 0) as overdue_account_count,
    {{ monthly_columns('balance_') }}
    {{ monthly_columns('debt_') }}
    {{ monthly_columns('overdue_') }}
    coalesce(invoices.invoice_count, 0) as invoice_count,
    invoices.invoiced_total,
    invoices.last_one.issued_on as last_invoice_on,
    invoices.last_one.due_on as last_invoice_due_on,
    invoices.last_one.amount as last_invoice_amount,
    invoices.last_one.vat as last_invoice_vat,
    coalesce(invoices.overdue_invoice_count, 0) as overdue_invoice_count,
    invoices.oldest_overdue_on,
    habits.mean_payment_amount,
    habits.largest_payment_amount,
    coalesce(habits.paid_month_count, 0) as paid_month_count,
    habits.preferred_payment_method,
    habits.usual_payment_day,
    habits.card_payment_percent,
    habits.app_payment_percent,
    habits.terminal_payment_percent,
    habits.bank_payment_percent,
    habits.cash_payment_percent,
    roaming.last_roaming_month,
    coalesce(roaming.roaming_month_count, 0) as roaming_month_count,
    roaming.roaming_minutes_total,

    -- links between companies
    coalesce(links.formal_link_count, 0) as formal_link_count,
    coalesce(links.informal_link_count, 0) as informal_link_count,
    links.holding_role,
    links.holding_customer_id,
    links.holding_name,
    links.holding_name__folded,
    links.holding_company_count,
    links.holding_charged_total,
    links.holding_paid_total,
    links.holding_debt_total,
    links.holding_overdue_total,
    links.holding_open_subscription_count,
    -- contacts and responses
    coalesce(contacts.contact_count, 0) as contact_count,
    coalesce(contacts.reached_contact_count, 0) as reached_contact_count,
    coalesce(contacts.answered_contact_count, 0) as answered_contact_count,
    coalesce(contacts.failed_contact_count, 0) as failed_contact_count,
    contacts.first_contacted_on,
    contacts.last_contacted_on,
    contacts.last_contact_channel,
    contacts.last_contact_result,
    contacts.last_contact_campaign,
    coalesce(contacts.email_contact_count, 0) as email_contact_count,
    contacts.last_email_contact_on,
    coalesce(contacts.sms_contact_count, 0) as sms_contact_count,
    contacts.last_sms_contact_on,
    coalesce(contacts.telegram_contact_count, 0) as telegram_contact_count,
    contacts.last_telegram_contact_on,
    coalesce(contacts.call_contact_count, 0) as call_contact_count,
    contacts.last_call_contact_on,
    coalesce(contacts.push_contact_count, 0) as push_contact_count,
    contacts.last_push_contact_on,
    coalesce(contacts.incoming_contact_count, 0) as incoming_contact_count,
    contacts.last_incoming_contact_on,
    contacts.last_incoming_contact_channel,
    coalesce(responses.response_count, 0) as response_count,
    responses.last_response_on,
    responses.last_response_kind,
    responses.last_response_campaign,
    coalesce(responses.interest_response_count, 0) as interest_response_count,
    responses.last_interest_on,
    coalesce(responses.purchase_response_count, 0) as purchase_response_count,
    responses.last_purchase_response_on,
    responses.response_purchase_total,
    coalesce(responses.complaint_response_count, 0) as complaint_response_count,
    responses.email_unsubscribed_on,
    responses.sms_unsubscribed_on,
    responses.telegram_unsubscribed_on,
    responses.call_unsubscribed_on,
    responses.push_unsubscribed_on,
    responses.last_unsubscribed_on,

    -- service desk
    coalesce(requests.service_request_count, 0) as service_request_count,
    coalesce(requests.open_service_request_count, 0) as open_service_request_count,
    coalesce(requests.repeated_service_request_count, 0) as repeated_service_request_count,
    requests.first_service_request_on,
    requests.last_service_request_on,
    requests.last_service_request_topic,
    requests.last_service_request_subtopic,
    requests.last_service_request_channel,
    requests.last_service_request_status,
    coalesce(requests.service_score_count, 0) as service_score_count,
    requests.service_score_mean,
    requests.last_service_score,

    -- mobile app
    coalesce(app_use.app_event_count, 0) as app_event_count,
    coalesce(app_use.app_installation_count, 0) as app_installation_count,
    app_use.first_app_use_on,
    app_use.last_app_use_on,
    app_use.last_app_event_kind,
    app_use.app_version,
    coalesce(app_use.app_purchase_count, 0) as app_purchase_count,
    app_use.app_purchase_total,
    app_use.last_app_purchase_on,

    -- registries and e-documents
    legal.organisation_type,
    legal.registration_no,
    legal.company_registered_on,
    legal.director,
    legal.director__folded,
    legal.parent_tax_id,
    legal.parent_company,
    legal.parent_company__folded,
    legal.registry_active_count,
    legal.registry_active_since,
    legal.registry_active_until,
    legal.registry_inactive_count,
    legal.registry_inactive_since,
    legal.registry_inactive_until,
    legal.tax_block_count,
    legal.tax_block_since,
    legal.tax_block_until,
    legal.account_block_count,
    legal.account_block_since,
    legal.account_block_until,
    legal.liquidation_count,
    legal.liquidation_since,
    legal.liquidation_until,
    legal.liquidated_count,
    legal.liquidated_since as liquidated_on,
    coalesce(e_invoices.e_invoice_count, 0) as e_invoice_count,
    coalesce(e_invoices.signed_e_invoice_count, 0) as signed_e_invoice_count,
    coalesce(e_invoices.rejected_e_invoice_count, 0) as rejected_e_invoice_count,
    coalesce(e_invoices.unanswered_e_invoice_count, 0) as unanswered_e_invoice_count,
    e_invoices.signed_e_invoice_total,
    e_invoices.last_e_invoice_on,
    e_invoices.last_e_invoice_status,
    e_invoices.last_e_invoice_amount,
    e_invoices.last_rejected_e_invoice_on,
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
left join {{ ref('int_customer_responsible') }} as responsible using (customer_no)
left join {{ ref('int_customer_flags') }} as flags using (customer_no)
left join {{ ref('int_customer_consents') }} as consents using (customer_no)
left join {{ ref('int_customer_contact_persons') }} as contact_persons using (customer_no)
left join {{ ref('int_customer_documents') }} as documents using (customer_no)
left join {{ ref('int_customer_surveys') }} as surveys using (customer_no)
left join {{ ref('int_customer_prospects') }} as prospects using (customer_no)
left join {{ ref('int_customer_devices') }} as devices using (customer_no)
left join {{ ref('int_customer_products') }} as products using (customer_no)
left join {{ ref('int_customer_balances') }} as balances using (customer_no)
left join {{ ref('int_customer_invoices') }} as invoices using (customer_no)
left join {{ ref('int_customer_payment_habits') }} as habits using (customer_no)
left join {{ ref('int_customer_roaming') }} as roaming using (customer_no)
left join {{ ref('int_customer_links') }} as links using (customer_no)
left join {{ ref('int_customer_contacts') }} as contacts using (customer_no)
left join {{ ref('int_customer_responses') }} as responses using (customer_no)
left join {{ ref('int_customer_requests') }} as requests using (customer_no)
left join {{ ref('int_customer_app') }} as app_use using (customer_no)
left join {{ ref('int_customer_legal') }} as legal using (customer_no)
left join {{ ref('int_customer_e_invoices') }} as e_invoices using (customer_no)
{% for table in extensions | map(attribute='table') | unique %}
left join raw.{{ table }} as {{ table }} on {{ table }}.customer_id = customers.customer_id
{% endfor %}
