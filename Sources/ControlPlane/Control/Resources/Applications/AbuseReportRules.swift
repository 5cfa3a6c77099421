import APITypes
package import Foundation
import JSON
package import Model
package import Store

/// A report of URLs that do harm.
package struct AbuseReportRecord: ResourceDocument {
    package typealias Kind = AbuseReportKind
    package static let recordKind = RecordKind("abuse_report")

    package var urls: [String]
    package var metadata = ""
    package var created: Date
}

/// Reports of abuse (`spec/api.md` 2). They are kept for the operator of the edge, who decides what comes of them.
struct AbuseReportRules: ResourceRules {
    static let shape = ResourceShape.abuseReports

    private static let limit = 100

    func make(_ body: CheckedBody, _ change: inout Change) throws(Failure) -> AbuseReportRecord {
        let urls = body.texts("urls") ?? []
        guard (1...Self.limit).contains(urls.count) else {
            throw Failure(.abuseReportURLs, "\(urls.count) URLs are given.")
        }
        for url in urls where Self.host(of: url) == nil {
            throw Failure(.abuseReportURLs, "\"\(url.prefix(200))\" is no absolute URL.")
        }
        return AbuseReportRecord(urls: urls, created: change.now)
    }

    private static func host(of url: String) -> String? {
        guard url.utf8.count <= 2048, let parts = URLComponents(string: url), parts.scheme != nil else { return nil }
        return parts.host.flatMap { $0.isEmpty ? nil : $0 }
    }

    func members(of stored: Stored<AbuseReportRecord>, _ view: ResourceView) -> [String: JSONValue] {
        var hosts: [String] = []
        for host in stored.document.urls.compactMap(Self.host(of:)) where !hosts.contains(host) { hosts.append(host) }
        return [
            "urls": .texts(stored.document.urls),
            "status": "PENDING",
            "hostnames": .array(hosts.map { ["hostname": .string($0), "status": "PENDING"] }),
        ]
    }
}
