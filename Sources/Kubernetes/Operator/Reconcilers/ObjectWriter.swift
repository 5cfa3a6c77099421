import Foundation
import JSON
import KubernetesClient

/// Writes what the operator says about the cluster's objects: statuses and finalizers, and nothing else of them.
///
/// A write names the version that it read. Where another was quicker, the object is read again: five times, then the next
/// run is for it.
struct ObjectWriter: Sendable {
    private static let attempts = 5
    /// Where the addresses of a Service stand.
    private static let addresses = "ngrok.com/computed-url"

    let client: ClusterClient
    let discovery: Discovery

    /// Makes the object's status be as `status` says, unless it is but for times.
    ///
    /// - Returns: whether something was written.
    @discardableResult
    func write(_ status: ObjectStatus, to object: WrittenObject) async throws(ClusterError) -> Bool {
        guard status.merged(into: object.status, at: Self.now) != nil else { return false }
        guard let type = try await self.discovery.type(of: object.kind) else { return false }
        for attempt in 1...Self.attempts {
            guard var fresh = try await self.client.value(as: type, object.reference.key),
                Self.uid(of: fresh) == object.metadata.uid,
                let new = status.merged(into: fresh["status"], at: Self.now)
            else { return false }
            fresh.set("status", to: new)
            do {
                try await self.client.replace(type, object.reference.key, fresh, subresource: .status)
                return true
            } catch  where error.isConflict && attempt < Self.attempts {
                continue
            } catch  where error.isMissing {
                return false
            }
        }
        return false
    }

    /// Puts our finalizer on the object, before anything is made for it elsewhere.
    func mark(_ object: WrittenObject) async throws(ClusterError) {
        try await self.changeFinalizers(of: object) { finalizers in
            finalizers.contains(TranslationOptions.finalizer) ? finalizers : finalizers + [TranslationOptions.finalizer]
        }
    }

    /// Takes our finalizers off the object, and what we noted there: nothing is left of it elsewhere.
    func release(_ object: WrittenObject) async throws(ClusterError) {
        if object.metadata.annotations[Self.addresses] != nil {
            try await self.annotate(object, .null)
        }
        let ours = object.finalizers
        try await self.changeFinalizers(of: object) { $0.filter { !ours.contains($0) } }
    }

    /// Notes the addresses that are reserved for a Service, by their places, beside those that stand there.
    func note(_ addresses: [Int: String], on object: WrittenObject) async throws(ClusterError) {
        let noted = object.metadata.annotations[Self.addresses] ?? ""
        var places = noted.isEmpty ? [] : noted.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for (place, address) in addresses {
            while places.count <= place { places.append("") }
            places[place] = "tcp://\(address)"
        }
        try await self.annotate(object, .string(places.joined(separator: ",")))
    }

    /// Whoever writes it but us does wrong, so that no version is named.
    private func annotate(_ object: WrittenObject, _ value: JSONValue) async throws(ClusterError) {
        guard let type = try await self.discovery.type(of: object.kind) else { return }
        let metadata: JSONObject = [
            "uid": .string(object.metadata.uid), "annotations": .object(JSONObject([.init(Self.addresses, value)])),
        ]
        do {
            try await self.client.mergePatch(type, object.reference.key, ["metadata": .object(metadata)])
        } catch  where error.isMissing {
            return
        }
    }

    private func changeFinalizers(
        of object: WrittenObject,
        _ change: ([String]) -> [String]
    ) async throws(ClusterError) {
        guard let type = try await self.discovery.type(of: object.kind) else { return }
        var (finalizers, version) = (object.metadata.finalizers, object.metadata.resourceVersion)
        for attempt in 1...Self.attempts {
            let wanted = change(finalizers)
            guard wanted != finalizers else { return }
            let patch: JSONObject = [
                "metadata": [
                    "resourceVersion": .string(version), "uid": .string(object.metadata.uid),
                    "finalizers": .array(wanted.map(JSONValue.string)),
                ]
            ]
            do {
                try await self.client.mergePatch(type, object.reference.key, patch)
                return
            } catch  where error.isConflict && attempt < Self.attempts {
                guard let fresh = try await self.client.value(as: type, object.reference.key),
                    Self.uid(of: fresh) == object.metadata.uid
                else { return }
                let metadata = fresh["metadata"]?.object
                finalizers = metadata?["finalizers"]?.array?.compactMap(\.string) ?? []
                version = metadata?["resourceVersion"]?.string ?? ""
            } catch  where error.isMissing {
                return
            }
        }
    }

    private static func uid(of object: JSONObject) -> String { object["metadata"]?.object?["uid"]?.string ?? "" }

    private static var now: String { Date().formatted(.iso8601) }
}
