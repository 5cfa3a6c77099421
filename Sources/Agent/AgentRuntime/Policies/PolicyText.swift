import Addressing
import Model
package import Portico
import TrafficPolicy

/// A traffic policy that an endpoint is to have, as text, with where it came from.
package struct PolicyText: Sendable, Hashable {
    /// The path or the URL.
    package let name: String
    package let text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    static let limit = PolicyLimits().documentBytes

    /// Reads what `--traffic-policy-file` or `--traffic-policy-url` names; nil where there is neither.
    ///
    /// - Throws: where both are given, or the text cannot be had.
    package static func read(file: String?, url: String?) async throws(PorticoError) -> PolicyText? {
        switch (file, url) {
        case (nil, nil): return nil
        case (let file?, nil): return try self.read(file)
        case (nil, let url?):
            return PolicyText(name: url, text: try await PolicyDownload(url, limit: self.limit).text())
        case (.some, .some):
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "An endpoint has one traffic policy, and both a file and a URL are given.",
                remedy: "Leave out --traffic-policy-file or --traffic-policy-url."
            )
        }
    }

    static func read(_ file: String) throws(PorticoError) -> PolicyText {
        do throws(TextFileError) {
            return PolicyText(name: file, text: try TextFile.read(file, limit: self.limit))
        } catch {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.policyInvalid.name,
                "The traffic policy \(file.quotedForDisplay) is not usable: \(error.reason).",
                remedy: "Correct the path; it counts from the working directory."
            )
        }
    }
}

extension PolicyText {
    /// Why a policy is not sent to the edge: a report of several lines, each problem with its place.
    package struct CheckError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Looks at the policy before it is sent, so that a mistake is shown where it stands. What passes may still be
    /// refused: the edge decides, which knows its secrets, its address lists and what it can run.
    ///
    /// - Throws: all that is wrong with it for an endpoint of this kind.
    package func check(for options: EndpointOptions) throws(CheckError) {
        let report = PolicyReport(self.name, text: self.text, for: options.policyAttachment, limits: .ofAnyEdge)
        guard report.isValid else {
            throw CheckError(
                description: "The traffic policy is not usable (\(ErrorCode.policyInvalid.name)).\n\(report.text)"
            )
        }
    }
}

extension EndpointOptions {
    /// What a policy before this endpoint may hold; nil where the URL has no scheme that is one.
    var policyAttachment: PolicyAttachment? {
        guard let wish = try? self.wish(), let scheme = EndpointScheme(rawValue: wish.scheme.rawValue) else {
            return nil
        }
        let url = try? EndpointWish(parsing: wish.url, defaultScheme: scheme)
        return PolicyAttachment(
            scheme: scheme,
            isInternal: self.binding == .internal || url?.host?.base.isInternal ?? false,
            isCloud: false,
            runnable: Set(ActionType.allCases),
            host: url?.host?.base
        )
    }
}
