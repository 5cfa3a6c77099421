package import Foundation
package import Model
package import Store

/// An endpoint without an agent: its policy alone serves it (`spec/endpoints.md` 2).
package struct CloudEndpointRecord: ResourceDocument {
    package typealias Kind = EndpointKind
    package static let recordKind = RecordKind("cloud_endpoint")

    /// The account, again: it makes internal names unique in it alone.
    package var account: String
    /// In the one form that URLs have.
    package var url: String
    package var binding: EndpointBinding
    package var isPooled: Bool
    /// The document as it was given.
    package var policy: String
    /// The user or service user who made it.
    package var principal: String
    /// What it contends for with others of its binding: those whose places are equal share it or exclude each other.
    package var place: String
    /// The reserved domain that the host belongs to; nil where none is needed.
    package var domain: String?
    /// The reserved TCP address that it has.
    package var address: String?
    package var description = ""
    package var metadata = ""
    package var created: Date
    package var updated: Date

    /// Members of a pool stand beside each other; who shares with nobody is alone, whichever node was asked.
    package var uniqueKeys: [String: String] {
        guard !self.isPooled else { return [:] }
        guard self.binding.isPerAccount else { return ["place": self.place] }
        return ["place": "\(self.account) \(self.binding.rawValue) \(self.place)"]
    }
}
