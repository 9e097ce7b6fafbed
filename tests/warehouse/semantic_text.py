"""The customer as every small catalogue of these tests declares it; further attributes follow."""

CUSTOMER = """
entities:
  customer:
    table: customer_360
    key: customer_no
    id: customer_id
    customer: customer_no
    labels: {en: Customer, ru: Клиент}
    attributes:
      customer_id: {type: text, labels: {en: Id, ru: Номер}}
"""
REGION = (
    "      region: {type: text, labels: {en: Region, ru: Регион}, missing: {en: Unknown, ru: Не известен}}\n"
)
PAYMENT = """  payment:
    table: fct_payment
    keys: {customer: customer_no}
    business_date: paid_on
    order: [payment_id]
    labels: {en: Payments, ru: Платежи}
    measures:
      amount: {type: integer, labels: {en: Amount, ru: Сумма}, missing: {en: Unknown, ru: Не известна}}
"""
