import APITypes
import Addressing
package import Foundation
import JSON
package import Model
package import Store

/// A TCP address of the edge that belongs to an account.
package struct ReservedAddressRecord: ResourceDocument {
    package typealias Kind = ReservedAddressKind
    package static let recordKind = RecordKind("reserved_address")

    package var host: String
    package var port: UInt16
    package var region: String
    package var description = ""
    package var metadata = ""
    package var created: Date

    package var address: String { "\(self.host):\(self.port)" }
    package var uniqueKeys: [String: String] { ["address": self.address] }
}

/// Reserved TCP addresses (`spec/endpoints.md` 8): the edge draws a port, and it never changes.
struct ReservedAddressRules: ResourceRules {
    static let shape = ResourceShape.reservedAddresses

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> ReservedAddressRecord {
        let configuration = change.context.configuration
        if let region = body.filledText("region"), ![configuration.region, "global", "us"].contains(region) {
            throw Failure(
                .addressRegion,
                "There is no region \"\(region.prefix(50))\" here; this edge is in \(configuration.region)."
            )
        }
        let taken = try await change.context.store.all(ReservedAddressRecord.self, in: .platform)
        let ports = Set(taken.map(\.document.port))
        guard let port = configuration.tcpPorts?.filter({ !ports.contains($0) }).randomElement() else {
            throw Failure(.addressNoneFree, "No TCP address of this edge is free.")
        }
        return ReservedAddressRecord(
            host: (configuration.tcpHost ?? configuration.baseDomains[0]).text,
            port: port,
            region: configuration.region,
            created: change.now
        )
    }

    func members(of stored: Stored<ReservedAddressRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["addr": .string(stored.document.address), "region": .string(stored.document.region)]
    }

    /// Another was faster with the port that was drawn: draw again.
    func duplicate(_ key: String, _ document: ReservedAddressRecord, _ change: Change) -> Failure? { nil }
}
