import Foundation
import TestSupport
import Testing

@testable import Proxy

/// A case of the published corpus of requests; its README explains the members.
struct CorpusCase: Decodable {
    struct Request: Decodable, Equatable {
        let method: String
        let target: String?
        let body_len: Int?
    }

    struct Repeated: Decodable {
        let prefix_b64: String
        let unit_b64: String
        let count: Int
        let suffix_b64: String
    }

    let id: String
    let want: String
    let input_b64: String?
    let input_gen: Repeated?
    let requests: [Request]?
    let requests_alt: [[Request]]?
    let reject_statuses: [Int]?
    let must_close_after: Bool?
    let forwarded_must_have: [String]?
    let forwarded_must_not_have: [String]?

    struct File: Decodable { let cases: [CorpusCase] }

    static func all() throws -> [CorpusCase] {
        let file: File = try readJSON(at: SharedMaterial.file("conformance/http1/corpus.json"))
        return file.cases
    }

    func bytes() throws -> [UInt8] {
        if let input = self.input_b64 { return try [UInt8](base64: input) }
        let generated = try #require(self.input_gen, "\(self.id) has no input")
        let unit = try [UInt8](base64: generated.unit_b64)
        return try [UInt8](base64: generated.prefix_b64) + (0..<generated.count).flatMap { _ in unit }
            + [UInt8](base64: generated.suffix_b64)
    }
}

@Suite struct CorpusTests {
    @Test func `Every case of the corpus is taken as the corpus wants it`() throws {
        let cases = try CorpusCase.all()
        #expect(cases.count >= 300)
        for item in cases {
            let transcript = TestConnection.run([try item.bytes()])
            if let complaint = Self.complaint(about: transcript, in: item) {
                Issue.record("\(item.id): \(complaint)")
            }
        }
    }

    @Test func `A case comes to the same wherever the network cuts it`() throws {
        let head = RequestHead()
        for item in try CorpusCase.all() {
            let bytes = try item.bytes()
            let whole = TestConnection.run([bytes], head: head)
            for cut in Self.cuts(bytes.count) {
                let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
                guard TestConnection.run(pieces, head: head) != whole else { continue }
                Issue.record("\(item.id): differs when cut at \(cut)")
                break
            }
            guard bytes.count <= 4096 else { continue }
            if TestConnection.run(bytes.map { [$0] }, head: head) != whole {
                Issue.record("\(item.id): differs byte by byte")
            }
        }
    }

    /// Every position of short cases; some of long ones.
    private static func cuts(_ count: Int) -> [Int] {
        count <= 2048 ? Array(0...count) : Array(0..<64) + Array(stride(from: 64, to: count, by: count / 24))
    }

    /// What is not as the case wants it; nil when all is.
    private static func complaint(about transcript: Transcript, in item: CorpusCase) -> String? {
        switch item.want {
        case "reject":
            guard transcript.requests.isEmpty, case .rejected(let error) = transcript.end else {
                return "wanted a rejection, got \(transcript.requests.map(\.target)) and \(transcript.end)"
            }
            let statuses = item.reject_statuses ?? [400]
            return statuses.contains(error.status) ? nil : "rejected with \(error.status), not one of \(statuses)"
        case "accept":
            let wanted = [item.requests ?? []] + (item.requests_alt ?? [])
            guard wanted.contains(where: { Self.agree($0, transcript.requests) }) else {
                return
                    "got \(transcript.requests.map { "\($0.method) \($0.target) \($0.content.count)" }), \(transcript.end)"
            }
            if item.must_close_after == true, transcript.end != .closed { return "the connection stays open" }
            return Self.complaintAboutFields(transcript, in: item)
        case "incomplete":
            guard transcript.requests.isEmpty, transcript.end == .incomplete else { return "got \(transcript.end)" }
            return nil
        default: return "wants \(item.want), which this test does not know"
        }
    }

    private static func agree(_ wanted: [CorpusCase.Request], _ got: [Transcript.Request]) -> Bool {
        wanted.count == got.count
            && zip(wanted, got).allSatisfy { wanted, got in
                wanted.method == got.method && (wanted.target == nil || wanted.target == got.target)
                    && (wanted.body_len == nil || wanted.body_len == got.content.count)
            }
    }

    private static func complaintAboutFields(_ transcript: Transcript, in item: CorpusCase) -> String? {
        for request in transcript.requests {
            let lines = Transcript.fieldLines(of: request).map { $0.lowercased() }
            for line in item.forwarded_must_not_have ?? [] where lines.contains(line.lowercased()) {
                return "forwards \(line)"
            }
            for line in item.forwarded_must_have ?? [] where !lines.contains(line.lowercased()) {
                return "does not forward \(line)"
            }
        }
        return nil
    }
}
