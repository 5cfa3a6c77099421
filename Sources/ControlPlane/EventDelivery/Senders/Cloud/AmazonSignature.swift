internal import Crypto
internal import Foundation
internal import Model

/// Signs a request to one of Amazon's services (AWS Signature Version 4).
struct AmazonSignature {
    let keyID: String
    let secret: Secret
    let region: String
    let service: String

    /// The fields that a POST to the path `/` needs beside its own, which have names in small letters and are signed.
    func fields(
        host: String,
        _ fields: [(name: String, value: String)],
        body: [UInt8],
        at time: Date
    ) -> [(name: String, value: String)] {
        let date = Self.text(of: time)
        let scope = "\(date.prefix(8))/\(self.region)/\(self.service)/aws4_request"
        let signed = (fields + [("host", host), ("x-amz-date", date)]).sorted { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let request =
            ["POST", "/", ""] + signed.map { "\($0.name):\($0.value)" } + ["", names, Self.digest(body)]
        let digest = Self.digest(Array(request.joined(separator: "\n").utf8))
        let code = ["AWS4-HMAC-SHA256", date, scope, digest].joined(separator: "\n")
        let steps = [String(date.prefix(8)), self.region, self.service, "aws4_request", code]
        var key = Array("AWS4\(self.secret.reveal())".utf8)
        for step in steps {
            key = Array(HMAC<SHA256>.authenticationCode(for: Array(step.utf8), using: SymmetricKey(data: key)))
        }
        return [
            ("x-amz-date", date),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(self.keyID)/\(scope), SignedHeaders=\(names), Signature=\(Self.hexadecimal(key))"
            ),
        ]
    }

    /// `20150830T123600Z`.
    private static func text(of time: Date) -> String {
        time.formatted(Self.style)
    }

    private static let style = Date.ISO8601FormatStyle(
        dateSeparator: .omitted,
        dateTimeSeparator: .standard,
        timeSeparator: .omitted
    )

    private static func digest(_ bytes: [UInt8]) -> String { Self.hexadecimal(SHA256.hash(data: bytes)) }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
