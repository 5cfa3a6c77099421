import Foundation
import Testing

@testable import KubernetesClient

/// A kind to test with.
struct Probe: KubernetesResource, Equatable {
    static let resource = ResourceKind("example.com", ["v1"], "Probe", "probes")

    struct Spec: Codable, Sendable, Equatable {
        var size: Int
    }

    var metadata: ObjectMetadata
    var spec: Spec
}

@Suite struct WatchEventTests {
    private func read(_ line: String) throws -> WatchEvent<Probe> {
        try JSONDecoder().decode(WatchEvent<Probe>.self, from: Data(line.utf8))
    }

    @Test(arguments: ["ADDED", "MODIFIED"])
    func `What is new and what has changed is there`(type: String) throws {
        let line = #"{"metadata":{"name":"p","namespace":"n","resourceVersion":"7"},"spec":{"size":3,"other":1}}"#
        guard case .present(.good(let probe)) = try self.read(#"{"type":"\#(type)","object":\#(line)}"#) else {
            Issue.record("no object")
            return
        }
        #expect(probe.key == ObjectKey("n", "p"))
        #expect(probe.spec.size == 3)
        #expect(probe.metadata.resourceVersion == "7")
    }

    @Test func `An object that cannot be read says where, and has its metadata`() throws {
        let line = #"{"type":"ADDED","object":{"metadata":{"name":"p","resourceVersion":"8"},"spec":{"size":"big"}}}"#
        guard case .present(.bad(let metadata, let reason)) = try self.read(line) else {
            Issue.record("it was read")
            return
        }
        #expect(metadata.key == ObjectKey("", "p"))
        #expect(reason.hasPrefix("spec.size: "), "\(reason)")
    }

    @Test func `What was deleted needs no more than its metadata`() throws {
        let line = #"{"type":"DELETED","object":{"metadata":{"name":"p","namespace":"n","resourceVersion":"9"}}}"#
        guard case .gone(let metadata) = try self.read(line) else {
            Issue.record("not gone")
            return
        }
        #expect(metadata.key == ObjectKey("n", "p"))
    }

    @Test func `A bookmark has a version alone`() throws {
        let line = #"{"type":"BOOKMARK","object":{"kind":"Probe","metadata":{"resourceVersion":"12","name":""}}}"#
        guard case .bookmark("12") = try self.read(line) else {
            Issue.record("no bookmark")
            return
        }
    }

    @Test func `A bookmark needs no name`() throws {
        let line = #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","creationTimestamp":null}}}"#
        guard case .bookmark("12") = try self.read(line) else {
            Issue.record("no bookmark")
            return
        }
    }

    @Test func `The server's refusal says that the version is not kept any more`() throws {
        let status = #"{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}"#
        guard case .failed(let refusal) = try self.read(#"{"type":"ERROR","object":\#(status)}"#) else {
            Issue.record("no refusal")
            return
        }
        #expect(ClusterError.refused(refusal).isExpired)
    }

    @Test(arguments: [#"{"type":"ADDED"}"#, #"{"object":{}}"#, "[]", #"{"type":"ADDED","object":{"spec":{}}}"#])
    func `What is no event is an error`(line: String) {
        #expect(throws: DecodingError.self) { try self.read(line) }
    }

    @Test func `Events of a later time are passed over`() throws {
        guard case .unknown("MOVED") = try self.read(#"{"type":"MOVED","object":{}}"#) else {
            Issue.record("it is known")
            return
        }
    }
}
