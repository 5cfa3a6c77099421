internal import Foundation
package import Model
package import Store

package func account(_ name: String) throws -> ResourceID<AccountKind> {
    guard let id = ResourceID<AccountKind>("ac_\(name)") else { throw StoreError.unreadable(name) }
    return id
}

/// A record of kind `thing`.
package func thing(
    _ id: String,
    owner: ResourceID<AccountKind>? = nil,
    revision: Revision = .zero,
    _ text: String = "{}",
    keys: [String: String] = [:]
) -> Record {
    Record(
        kind: RecordKind.thing,
        id: id,
        owner: owner,
        revision: revision,
        document: Data(text.utf8),
        uniqueKeys: keys
    )
}

extension RecordKind {
    package static let thing = RecordKind("thing")
}
