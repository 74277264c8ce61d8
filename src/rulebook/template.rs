//! Templates of replies: `{{phone}}`. Strict, so that a name nobody knows is an
//! error and never an empty spot; on a ration of fuel, so that no template can
//! keep a customer waiting.

use std::collections::BTreeSet;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};

use super::reply::TemplateId;

/// A reply needs a few hundred. Enough for a list of every course.
const FUEL: u64 = 20_000;

/// Nesting of a template's expressions.
const RECURSION: usize = 64;

#[derive(Clone, Debug)]
pub struct Templates {
    environment: Environment<'static>,
    count: u32,
}

impl Default for Templates {
    fn default() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(RECURSION);
        Self { environment, count: 0 }
    }
}

/// Whether `text` asks for anything to be filled in.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|opening| text.contains(opening))
}

impl Templates {
    pub fn add(&mut self, text: &str) -> Result<TemplateId, Error> {
        let id = TemplateId(self.count);
        self.environment.add_template_owned(id.name(), text.to_owned())?;
        self.count += 1;
        Ok(id)
    }

    pub fn remove(&mut self, id: TemplateId) {
        self.environment.remove_template(&id.name());
    }

    /// The names it asks for.
    pub fn names(&self, id: TemplateId) -> BTreeSet<String> {
        let template = self.environment.get_template(&id.name());
        template
            .map(|template| template.undeclared_variables(false).into_iter().collect())
            .unwrap_or_default()
    }

    pub fn render(&self, id: TemplateId, values: &Value) -> Result<String, Error> {
        self.environment.get_template(&id.name())?.render(values)
    }
}

impl TemplateId {
    fn name(self) -> String {
        self.0.to_string()
    }
}
