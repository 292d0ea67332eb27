-- Procurements: one row per row of an export that was not rejected.
create table procurements (
    import_id             integer,
    sheet_number          smallint,
    sheet                 varchar,
    row                   integer,
    reference             varchar,
    title                 varchar,
    unit                  varchar,
    form                  varchar,
    contract_date         date,
    announced             date,
    handles_information   boolean,
    classified            boolean,
    requirements          boolean,
    risk_analysed         boolean,
    processor_assessed    boolean,
    coordinator_consulted date
);
