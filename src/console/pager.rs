//! Fifty a page: which page is shown, and how to get to the next.

use super::visit::in_address;

pub(super) const PER_PAGE: i64 = 50;

#[derive(Debug)]
pub(super) struct Pager {
    /// 1-based.
    pub page: i64,
    pub pages: i64,
    /// The filters of the list, kept from page to page.
    address: String,
}

impl Pager {
    /// `filters` are names and values of the list's own query; empty ones are left out.
    pub(super) fn new(page: Option<i64>, total: i64, path: &str, filters: &[(&str, &str)]) -> Self {
        let pages = (total + PER_PAGE - 1).div_euclid(PER_PAGE).max(1);
        let page = page.unwrap_or(1).clamp(1, pages);
        let filters = filters.iter().filter(|(_, value)| !value.is_empty());
        let filters: String = filters.map(|(name, value)| format!("{name}={}&", in_address(value))).collect();
        Self { page, pages, address: format!("{path}?{filters}page=") }
    }

    pub(super) fn skipped(&self) -> i64 {
        (self.page - 1) * PER_PAGE
    }

    pub(super) fn before(&self) -> Option<String> {
        (self.page > 1).then(|| format!("{}{}", self.address, self.page - 1))
    }

    pub(super) fn after(&self) -> Option<String> {
        (self.page < self.pages).then(|| format!("{}{}", self.address, self.page + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_at_fifty() {
        let cases = [
            (0, None, 1, 1),
            (50, None, 1, 1),
            (51, Some(2), 2, 2),
            (51, Some(9), 2, 2),
            (9, Some(-1), 1, 1),
        ];
        for (total, asked, page, pages) in cases {
            let pager = Pager::new(asked, total, "/console/log", &[]);
            assert_eq!((pager.page, pager.pages), (page, pages), "{total} {asked:?}");
        }
    }

    #[test]
    fn filters_are_kept_from_page_to_page() {
        let pager = Pager::new(None, 60, "/console/log", &[("who", "王 五"), ("kind", "")]);

        assert_eq!(pager.after().as_deref(), Some("/console/log?who=%E7%8E%8B%20%E4%BA%94&page=2"));
        assert_eq!(pager.before(), None);
    }
}
