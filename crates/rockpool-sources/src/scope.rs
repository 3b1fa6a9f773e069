//! The names of one module: what it declares, what it imports, and which paths its code says. Tests are left out.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Item, UseTree, Visibility};

use crate::parse::{attributes_of, is_for_tests};

#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) children: Vec<Child>,
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<Said>,
}

#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) name: String,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    Inline(Scope),
    InItsOwnFile,
}

/// One leaf of a `use` line.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) name: Name,
    pub(crate) path: Said,
    pub(crate) reach: Reach,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Name {
    One(String),
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Private,
    /// `pub`, `pub(crate)` and the like.
    Reexport,
}

/// A path as the source says it.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) segments: Vec<String>,
    /// From 1.
    pub(crate) line: usize,
}

impl Scope {
    pub(crate) fn of_file(file: &syn::File) -> Self {
        if is_for_tests(&file.attrs) {
            return Self::default();
        }
        Self::of_items(&file.items)
    }

    fn of_items(items: &[Item]) -> Self {
        let mut reader = Reader::default();
        for item in items.iter().filter(|item| !is_for_tests(attributes_of(item))) {
            reader.declare(item);
            reader.visit_item(item);
        }
        reader.scope
    }
}

#[derive(Default)]
struct Reader {
    scope: Scope,
}

impl Reader {
    fn declare(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::TraitAlias(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Macro(item) => match &item.ident {
                Some(name) => name,
                None => return,
            },
            // Read as imports and children, or without a name of their own.
            Item::ExternCrate(_)
            | Item::ForeignMod(_)
            | Item::Impl(_)
            | Item::Mod(_)
            | Item::Use(_)
            | Item::Verbatim(_)
            | _ => return,
        };
        self.scope.items.insert(name.to_string());
    }

    fn import(&mut self, tree: &UseTree, path: &[String], reach: Reach) {
        let with = |name: &syn::Ident| [path, &[name.to_string()]].concat();
        let line = tree.span().start().line;
        match tree {
            UseTree::Path(tree) => self.import(&tree.tree, &with(&tree.ident), reach),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, path, reach)),
            UseTree::Glob(_) => {
                let path = Said { segments: path.to_vec(), line };
                self.scope.imports.push(Import { name: Name::All, path, reach });
            }
            UseTree::Name(tree) => {
                let segments = if tree.ident == "self" { path.to_vec() } else { with(&tree.ident) };
                let Some(name) = segments.last().cloned() else { return };
                let path = Said { segments, line };
                self.scope.imports.push(Import { name: Name::One(name), path, reach });
            }
            UseTree::Rename(tree) => {
                let segments = if tree.ident == "self" { path.to_vec() } else { with(&tree.ident) };
                let path = Said { segments, line };
                self.scope.imports.push(Import { name: Name::One(tree.rename.to_string()), path, reach });
            }
        }
    }

    fn say(&mut self, segments: Vec<String>, line: usize) {
        self.scope.paths.push(Said { segments, line });
    }

    /// A macro's arguments are no syntax. What looks like a path in them is taken as one: several names with `::`, or one
    /// that begins like a type's; a single small word may be a variable or a member.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut before = Before::Other;
        for token in tokens {
            before = match token {
                TokenTree::Ident(name) => {
                    if before != Before::Colons {
                        self.say_scanned(std::mem::take(&mut path), line);
                        line = name.span().start().line;
                    }
                    if before != Before::Dot {
                        path.push(name.to_string());
                    }
                    Before::Name
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' && !path.is_empty() => match before {
                    Before::Name => Before::Colon,
                    Before::Colon => Before::Colons,
                    Before::Colons | Before::Dot | Before::Other => Before::Other,
                },
                TokenTree::Punct(sign) if matches!(sign.as_char(), '.' | '\'') => Before::Dot,
                TokenTree::Punct(_) => Before::Other,
                TokenTree::Group(group) => {
                    self.scan(group.stream());
                    Before::Other
                }
                TokenTree::Literal(literal) => {
                    self.scan_literal(&literal);
                    Before::Other
                }
            };
        }
        self.say_scanned(path, line);
    }

    /// Serde's attributes take paths as strings.
    fn scan_literal(&mut self, literal: &Literal) {
        let text = literal.to_string();
        let path = text.trim_matches('"');
        if path.starts_with("crate::") || path.starts_with("super::") {
            self.say(path.split("::").map(str::to_owned).collect(), literal.span().start().line);
        }
    }

    fn say_scanned(&mut self, path: Vec<String>, line: usize) {
        let is_type = |name: &String| name.starts_with(char::is_uppercase);
        if path.len() > 1 || path.first().is_some_and(is_type) {
            self.say(path, line);
        }
    }
}

/// What stands before a token in a macro's arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Name,
    Colon,
    Colons,
    /// Also the mark of a lifetime: what follows is no name of the scope.
    Dot,
    Other,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes_of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let body = match &module.content {
            Some((_, items)) => Body::Inline(Scope::of_items(items)),
            None => Body::InItsOwnFile,
        };
        self.scope.children.push(Child { name: module.ident.to_string(), body });
    }

    fn visit_item_use(&mut self, line: &'ast syn::ItemUse) {
        let reach = match line.vis {
            Visibility::Inherited => Reach::Private,
            Visibility::Public(_) | Visibility::Restricted(_) => Reach::Reexport,
        };
        if line.leading_colon.is_none() {
            self.import(&line.tree, &[], reach);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.say(segments, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone());
        }
    }
}
