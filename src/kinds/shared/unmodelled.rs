use crate::resource::Unmodelled;

/// Collects what AWS answers of a live resource and its spec has no property for, in words.
#[derive(Default)]
pub(in crate::kinds) struct UnmodelledParts(Vec<Unmodelled>);

impl UnmodelledParts {
    /// Notes what is there at a pointer, if it is.
    pub fn note(&mut self, path: &str, is_there: bool, text: &str) -> &mut Self {
        self.tell(path, is_there.then_some(text))
    }

    /// Notes a setting by its value, unless that is the one that AWS gives unasked.
    pub fn value(&mut self, path: &str, value: Option<&str>, usual: &str) -> &mut Self {
        let value = value.filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case(usual));
        self.tell(path, value.map(|value| format!("is {value}")))
    }

    /// Notes every text that is there.
    pub fn tell(&mut self, path: &str, texts: impl IntoIterator<Item = impl Into<String>>) -> &mut Self {
        let told = texts.into_iter().map(|text| Unmodelled { path: path.to_owned(), text: text.into() });
        self.0.extend(told);
        self
    }

    /// All that was noted.
    pub fn take(&mut self) -> Vec<Unmodelled> {
        std::mem::take(&mut self.0)
    }
}
