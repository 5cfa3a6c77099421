package import Addressing
import Foundation
import Model
import NIOCore
import SwiftASN1
import X509

/// Amazon SNS signs fields of the message with a key of which the message names the certificate
/// (aws-js-sns-message-validator, `index.js`; version 2 differs in the hash alone).
///
/// Everyone may have a topic that sends to everyone: only the secret, the account that owns the topic, tells whose
/// messages are meant.
package struct SNSSignature: Sendable {
    /// How far the time of a message may be from now, in seconds.
    static let tolerance: Int64 = 3600
    /// More than a message has, which is at most 256 KiB of text.
    private static let maximumBytes = 1 << 20

    /// Where certificates may be fetched from; the host is looked at beside.
    package static let rules = OutboundRules(schemes: ["https"], ports: [443])

    init() {}
}

/// A message of SNS whose certificate is still to come.
package struct SNSMessage: Sendable {
    private let fields: Fields
    /// Where the certificate is.
    package let certificate: OutboundURL

    private struct Fields: Decodable, Sendable {
        let type: String
        let messageID: String
        let topic: String
        let subject: String?
        let message: String
        let timestamp: String
        let subscribeURL: String?
        let token: String?
        let version: String
        let signature: String
        let certificateURL: String

        enum CodingKeys: String, CodingKey {
            case type = "Type"
            case messageID = "MessageId"
            case topic = "TopicArn"
            case subject = "Subject"
            case message = "Message"
            case timestamp = "Timestamp"
            case subscribeURL = "SubscribeURL"
            case token = "Token"
            case version = "SignatureVersion"
            case signature = "Signature"
            case certificateURL = "SigningCertURL"
        }
    }
}

extension SNSSignature {
    /// Reads a message, and checks all that needs no certificate. `now` is in milliseconds since the start of 1970.
    ///
    /// - Throws: why no certificate could make it count.
    func message(in request: WebhookRequest, account: Secret?, now: Int64) throws(WebhookRefusal) -> SNSMessage {
        guard request.body.readableBytes <= Self.maximumBytes else { throw .bodyMalformed }
        let message = try SNSMessage(request)
        try message.check(account: account, now: now)
        return message
    }
}

extension SNSMessage {
    fileprivate init(_ request: WebhookRequest) throws(WebhookRefusal) {
        self.fields = try request.decodeBody()
        // What is wrong with a URL that a stranger sent is of no use to anybody.
        guard let url = try? OutboundURL(parsing: self.fields.certificateURL, rules: SNSSignature.rules),
            case .name(let host) = url.host, Self.isHost(host), Self.isCertificate(url.target)
        else { throw .fieldMalformed("SigningCertURL") }
        self.certificate = url
    }

    /// `sns.<region>.amazonaws.com`, also of China.
    private static func isHost(_ name: String) -> Bool {
        let labels = name.pieces(separatedBy: .point)
        let isAmazon =
            labels.dropFirst(2) == ["amazonaws", "com"] || labels.dropFirst(2) == ["amazonaws", "com", "cn"]
        return isAmazon && labels[0] == "sns" && labels[1].utf8.count >= 3
            && labels[1].utf8.allSatisfy { $0.isUnreserved && $0 != UInt8(ascii: "~") && $0 != UInt8(ascii: "_") }
    }

    /// `/SimpleNotificationService-<letters and digits>.pem`: nothing else is fetched for a stranger.
    private static func isCertificate(_ target: String) -> Bool {
        let start = "/SimpleNotificationService-"
        let end = ".pem"
        guard target.hasPrefix(start), target.hasSuffix(end) else { return false }
        let name = target.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        return (1...64).contains(name.count)
            && name.allSatisfy { $0.isUnreserved && $0 != .point && $0 != UInt8(ascii: "~") && $0 != UInt8(ascii: "_") }
    }

    fileprivate func check(account: Secret?, now: Int64) throws(WebhookRefusal) {
        if let account {
            let digits = account.reveal()
            guard !digits.isEmpty else { throw .secretEmpty }
            guard digits.utf8.count == 12, digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
            else { throw .secretMalformed }
            // arn:aws:sns:<region>:<account>:<topic>
            let parts = self.fields.topic.pieces(separatedBy: UInt8(ascii: ":"))
            guard parts.count == 6, account.equals(Secret(String(parts[4]))) else { throw .signatureWrong }
        }
        try SignedTime.check(self.fields.timestamp, .calendar, tolerance: SNSSignature.tolerance, now: now)
    }

    /// Checks the signature with the certificate, as PEM. `now` is in milliseconds since the start of 1970.
    ///
    /// - Throws: why the message doesn't count as Amazon's.
    func verify(certificate pem: ByteBuffer, now: Int64) throws(WebhookRefusal) {
        let date = Date(timeIntervalSince1970: Double(now) / 1000)
        // Why a certificate is none, or is not of now, says no more than that it cannot be used.
        guard let certificate = try? Certificate(pemEncoded: String(buffer: pem)),
            certificate.notValidBefore <= date, date <= certificate.notValidAfter
        else { throw .certificateUnusable }
        let algorithm: Certificate.SignatureAlgorithm
        switch self.fields.version {
        case "1": algorithm = .sha1WithRSAEncryption
        case "2": algorithm = .sha256WithRSAEncryption
        default: throw .signatureMalformed
        }
        guard let signature = Base64.bytes(self.fields.signature) else { throw .signatureMalformed }
        let isRight = certificate.publicKey.isValidSignature(
            signature,
            for: Array(self.signedText.utf8),
            signatureAlgorithm: algorithm
        )
        guard isRight else { throw .signatureWrong }
    }

    /// Names and values, a line each, in the order of the names; what the message doesn't have is left out.
    private var signedText: String {
        let isNotification = self.fields.type == "Notification"
        let lines: [(String, String?)] = [
            ("Message", self.fields.message), ("MessageId", self.fields.messageID),
            ("Subject", self.fields.subject), ("SubscribeURL", self.fields.subscribeURL),
            ("Timestamp", self.fields.timestamp), ("Token", isNotification ? nil : self.fields.token),
            ("TopicArn", self.fields.topic), ("Type", self.fields.type),
        ]
        return lines.map { name, value in value.map { "\(name)\n\($0)\n" } ?? "" }.joined()
    }
}
