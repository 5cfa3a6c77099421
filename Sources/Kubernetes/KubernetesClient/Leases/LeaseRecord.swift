import Foundation
import JSON

/// Who leads, as the cluster keeps it (`coordination.k8s.io/v1` Lease).
package struct LeaseRecord: KubernetesResource, Equatable {
    package static let resource = ResourceKind("coordination.k8s.io", ["v1"], "Lease", "leases")

    package var metadata: ObjectMetadata
    package var spec: Spec

    package struct Spec: Codable, Sendable, Equatable {
        /// Empty or nil where it was given back.
        package var holderIdentity: String?
        package var leaseDurationSeconds: Int?
        package var acquireTime: String?
        package var renewTime: String?
        package var leaseTransitions: Int?
    }

    /// As the API server wants times of leases: in microseconds.
    static func time(_ date: Date) -> String {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        let micros = Int(((date.timeIntervalSince1970 - seconds) * 1_000_000).rounded(.down))
        let whole = Date(timeIntervalSince1970: seconds).formatted(.iso8601).dropLast()
        let digits = String(min(max(micros, 0), 999_999))
        return "\(whole).\(String(repeating: "0", count: 6 - digits.count))\(digits)Z"
    }
}

extension LeaseRecord.Spec {
    var json: JSONObject {
        var object = JSONObject()
        object.set("holderIdentity", to: .string(self.holderIdentity ?? ""))
        object.set("leaseDurationSeconds", to: .integer(Int64(self.leaseDurationSeconds ?? 1)))
        if let acquireTime { object.set("acquireTime", to: .string(acquireTime)) }
        if let renewTime { object.set("renewTime", to: .string(renewTime)) }
        object.set("leaseTransitions", to: .integer(Int64(self.leaseTransitions ?? 0)))
        return object
    }
}
