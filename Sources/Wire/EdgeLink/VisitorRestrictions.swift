package import Addressing
package import Model

/// The accounts whose public endpoints only some addresses may visit (`spec/identity.md` 10): one immutable value,
/// replaced whole.
package struct VisitorRestrictions: Sendable {
    /// Grows by each value; a lower one that arrives late is not applied.
    package let revision: UInt64
    /// An account that has none is open to everybody.
    package let lists: [ResourceID<AccountKind>: IPAccessList]

    package init(revision: UInt64, lists: [ResourceID<AccountKind>: IPAccessList]) {
        self.revision = revision
        self.lists = lists
    }
}
