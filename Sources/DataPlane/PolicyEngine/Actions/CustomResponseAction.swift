import Expression
import Foundation
import NIOCore
import TrafficPolicy

/// Answers in the place of the upstream, or replaces its answer (`spec/traffic-policy.md` 4.7).
struct CustomResponseAction: PolicyAction {
    private let status: Int
    private let body: TemplateProgram?
    private let fields: CompiledFields
    /// Nil where the fields have a content type.
    private let infersContentType: Bool

    init(_ configuration: CustomResponseConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.status = configuration.status
        if let body = configuration.body {
            self.body = try place.template(body)
        } else {
            self.body = nil
        }
        self.fields = try CompiledFields(configuration.headers, place)
        self.infersContentType = !configuration.headers.contains { $0.name == "content-type" }
    }

    func run(on exchange: Exchange) -> Verdict {
        do throws(ActionError) {
            let body = try self.body.map { (template: TemplateProgram) throws(ActionError) in
                try exchange.interpolate(template)
            }
            var response = PolicyResponse(
                status: self.status,
                fields: try self.fields.evaluate(on: exchange).filter { !FramingFields.names.contains($0.name) },
                runsResponsePhase: !exchange.isResponse
            )
            if let body, !body.isEmpty {
                response.body.writeString(body)
                if self.infersContentType {
                    response.fields.append(("content-type", ContentTypeGuess.contentType(of: body)))
                }
            }
            return .respond(response)
        } catch {
            return error.verdict
        }
    }
}

/// Fields that whoever writes an answer sets itself: a policy's own would let a body be read in two ways.
enum FramingFields {
    static let names: Set<String> = [
        "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]
}

/// What a body is that nobody has said it of.
enum ContentTypeGuess {
    static func contentType(of body: String) -> String {
        let start = body.utf8.first { !Self.isSpace($0) }
        if start == UInt8(ascii: "{") || start == UInt8(ascii: "["), Self.isJSON(body) { return "application/json" }
        if start == UInt8(ascii: "<"), Self.looksLikeHTML(body) { return "text/html; charset=utf-8" }
        return "text/plain; charset=utf-8"
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isJSON(_ body: String) -> Bool {
        // What isn't JSON is no error here.
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) != nil
    }

    /// Whether it begins with an HTML element or a document type (of the kind that browsers look for: WHATWG MIME
    /// Sniffing §7.1).
    private static func looksLikeHTML(_ body: String) -> Bool {
        let start = body.utf8.drop(while: Self.isSpace).prefix(16).map(\.lowercasedASCII)
        let openings = [
            "<!doctype html", "<html", "<head", "<body", "<script", "<style", "<title", "<iframe", "<table", "<div",
            "<font", "<h1", "<h2", "<h3", "<h4", "<h5", "<h6", "<p", "<b", "<a", "<br", "<ul", "<ol", "<span", "<img",
            "<main", "<section", "<header", "<nav", "<form", "<pre", "<!--",
        ]
        return openings.contains { opening in
            guard start.starts(with: opening.utf8) else { return false }
            if opening == "<!--" { return true }
            // The name ends here.
            let next = start.dropFirst(opening.utf8.count).first
            return next == nil || next == UInt8(ascii: ">") || next == UInt8(ascii: "/")
                || next.map(Self.isSpace) == true
        }
    }
}
