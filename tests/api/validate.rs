//! Holds a value against a schema of the document: as much of JSON Schema as
//! the document uses, and stricter: what it does not name must not be there.

use serde_json::{Map, Value};

/// What is wrong, each with its place.
pub fn problems(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "$", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let fits = |choice: &&Value| problems(document, choice, value).is_empty();
        if choices.iter().filter(fits).count() != 1 {
            let told: Vec<String> =
                choices.iter().flat_map(|choice| problems(document, choice, value)).collect();
            found.push(format!("{at}: fits not just one of {}: {}", choices.len(), told.join("; ")));
        }
        return;
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return check(document, &merged(document, parts), value, at, found);
    }
    if !types_of(schema).iter().any(|wanted| is_of_type(value, wanted)) {
        found.push(format!("{at}: {value} is not {:?}", types_of(schema)));
        return;
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        found.push(format!("{at}: {value} is none of {words:?}"));
    }
    match value {
        Value::Object(fields) => check_fields(document, schema, fields, at, found),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                let schema = schema.get("items").unwrap_or(&Value::Null);
                check(document, schema, item, &format!("{at}[{position}]"), found);
            }
        }
        Value::String(text) => check_format(schema, text, at, found),
        Value::Number(number) => {
            let least = schema.get("minimum").and_then(Value::as_f64);
            if number.as_f64().zip(least).is_some_and(|(number, least)| number < least) {
                found.push(format!("{at}: {number} is too small"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn check_fields(
    document: &Value,
    schema: &Value,
    fields: &Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    for (name, value) in fields {
        match properties.get(name) {
            Some(schema) => check(document, schema, value, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}.{name} is not in the document")),
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{at}.{name} is missing"));
        }
    }
}

fn check_format(schema: &Value, text: &str, at: &str, found: &mut Vec<String>) {
    let fits = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        Some("date") => text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10,
        Some(_) | None => true,
    };
    if !fits {
        found.push(format!("{at}: {text} has another format"));
    }
}

pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => {
            let target = document.pointer(place.trim_start_matches('#'));
            resolve(document, target.unwrap_or_else(|| panic!("{place} does not exist")))
        }
        None => schema,
    }
}

/// One object with the fields of all.
fn merged(document: &Value, parts: &[Value]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut choices = Vec::new();
    for part in parts.iter().map(|part| resolve(document, part)) {
        if let Some(of) = part.get("oneOf").and_then(Value::as_array) {
            choices.clone_from(of);
        }
        if let Some(nested) = part.get("allOf").and_then(Value::as_array) {
            let nested = merged(document, nested);
            properties.extend(nested["properties"].as_object().cloned().unwrap_or_default());
            required.extend(nested["required"].as_array().cloned().unwrap_or_default());
        }
        properties.extend(part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        required.extend(part.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    let common = serde_json::json!({"type": "object", "properties": properties, "required": required});
    if choices.is_empty() {
        return common;
    }
    let whole = choices.iter().map(|choice| merged(document, &[common.clone(), choice.clone()]));
    serde_json::json!({"oneOf": whole.collect::<Vec<_>>()})
}

/// A schema without a type has fields.
fn types_of(schema: &Value) -> Vec<String> {
    let owned = |name: &Value| name.as_str().unwrap_or_default().to_owned();
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().map(owned).collect(),
        Some(name) => vec![owned(name)],
        None => vec!["object".to_owned()],
    }
}

fn is_of_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn what_differs_from_a_schema_is_told() {
    let document = serde_json::json!({"components": {"A": {"type": "object", "required": ["n"], "properties":
        {"n": {"type": "integer", "minimum": 1}, "day": {"type": ["string", "null"], "format": "date"}}}}});
    let schema = serde_json::json!({"$ref": "#/components/A"});
    for (value, count) in [
        (serde_json::json!({"n": 1, "day": null}), 0),
        (serde_json::json!({"n": 1, "day": "2026-11-23"}), 0),
        (serde_json::json!({"n": 0}), 1),
        (serde_json::json!({"day": "soon"}), 2),
        (serde_json::json!({"n": 1, "more": true}), 1),
        (serde_json::json!([]), 1),
    ] {
        assert_eq!(problems(&document, &schema, &value).len(), count, "{value}");
    }
}
