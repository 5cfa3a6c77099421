import APITypes
import JSON
package import Logging
import Model

/// Reserves the TCP addresses of Services at the edge. What is reserved is found again by its mark, so that a crash between
/// the reservation and what was written of it in the cluster reserves nothing twice.
package actor EdgeAddresses {
    private static let freshness = Duration.seconds(300)
    private static let use = "portico.address"

    private struct Reserved {
        let id: String
        let address: String
    }

    private struct Known {
        /// Of the whole account, as `host:port`.
        var all: Set<String>
        /// Ours, by what they are for.
        var ours: [String: Reserved]
        let at: ContinuousClock.Instant
    }

    private let api: EdgeAPI
    private let logger: Logger
    private var known: Known?

    /// - Parameters:
    ///   - api: of the edge.
    ///   - logger: is told what is reserved and given back.
    package init(_ api: EdgeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// Those of the account; nil where they are not known.
    var addresses: Set<String>? { self.known?.all }

    /// Finds out what is reserved, unless that is known.
    ///
    /// - Returns: why it could not be found out.
    func refresh() async -> EdgeRefusal? {
        if let known, .now - known.at < Self.freshness { return nil }
        var found = Known(all: [], ours: [:], at: .now)
        do {
            for item in try await self.api.list("/reserved_addrs", "reserved_addrs") {
                guard let id = item["id"]?.string, let address = item["addr"]?.string else { continue }
                found.all.insert(address)
                guard let metadata = item["metadata"]?.string, self.api.mark.stands(in: metadata),
                    let use = OperatorMark.member(Self.use, of: metadata)
                else { continue }
                found.ours[use] = Reserved(id: id, address: address)
            }
        } catch {
            return error
        }
        self.known = found
        return nil
    }

    /// The address for a wish: the one that was reserved for it before, or a new one.
    ///
    /// - Throws: where the edge does not give one.
    func address(for wish: AddressWish) async throws(EdgeRefusal) -> String {
        if let reserved = self.known?.ours[wish.mark] { return reserved.address }
        let made = try await self.api.call(
            .post,
            "/reserved_addrs",
            [
                "description": .string("\(wish.object)"),
                "metadata": .string(self.api.mark.metadata([Self.use: wish.mark])),
            ]
        )
        let address = made["addr"]?.string ?? ""
        self.known?.all.insert(address)
        self.known?.ours[wish.mark] = Reserved(id: made["id"]?.string ?? "", address: address)
        self.logger.info("TCP address is reserved", metadata: ["endpoint.address": "\(address)"])
        return address
    }

    /// Gives back what was reserved for Services that are not ours any more.
    ///
    /// - Parameter uids: of those that are.
    /// - Returns: why one could not be given back.
    func release(keeping uids: Set<String>) async -> EdgeRefusal? {
        var refusal: EdgeRefusal?
        for (use, reserved) in self.known?.ours ?? [:] {
            let uid = use.split(separator: ":").dropFirst().first.map(String.init) ?? ""
            guard !uids.contains(uid) else { continue }
            do {
                try await self.api.delete("/reserved_addrs/\(reserved.id)")
                self.known?.ours[use] = nil
                self.known?.all.remove(reserved.address)
                self.logger.info("TCP address is given back", metadata: ["endpoint.address": "\(reserved.address)"])
            } catch {
                refusal = error
            }
        }
        return refusal
    }
}
