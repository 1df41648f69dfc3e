package peer;

import java.util.HashMap;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.cxf.interceptor.InterceptorProvider;
import org.apache.cxf.ws.security.wss4j.WSS4JInInterceptor;
import org.apache.cxf.ws.security.wss4j.WSS4JOutInterceptor;
import org.apache.wss4j.common.ext.WSPasswordCallback;

/** The interceptors of one Digikoppeling profile, for either role. */
final class Security {
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String WSA = "http://www.w3.org/2005/08/addressing";
    private static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    private Security() {
    }

    /** `profile` is 2W-be, 2W-be-S or 2W-be-SE; `request` tells the consumer from the provider. */
    static void apply(InterceptorProvider at, String profile, Keys keys, boolean consumer) {
        if (profile.equals("2W-be")) {
            return;
        }
        boolean encrypted = profile.equals("2W-be-SE");
        String actions = encrypted ? "Timestamp Signature Encrypt" : "Timestamp Signature";
        CallbackHandler passwords = callbacks -> {
            for (Callback one : callbacks) {
                ((WSPasswordCallback) one).setPassword(new String(Keys.PASSWORD));
            }
        };
        Map<String, Object> out = new HashMap<>();
        out.put("action", actions);
        out.put("user", Keys.OWN);
        out.put("signatureUser", Keys.OWN);
        out.put("passwordCallbackRef", passwords);
        out.put("signaturePropRefId", "crypto");
        out.put("crypto", keys.crypto());
        out.put("signatureKeyIdentifier", "DirectReference");
        out.put("signatureAlgorithm", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        out.put("signatureDigestAlgorithm", "http://www.w3.org/2001/04/xmlenc#sha256");
        out.put("signatureParts", part(WSU, "Timestamp") + part(SOAP, "Body"));
        out.put("optionalSignatureParts", part(WSA, "To") + part(WSA, "Action") + part(WSA, "MessageID")
                + part(WSA, "RelatesTo") + part(WSA, "ReplyTo") + part(WSA, "From") + part(WSA, "FaultTo"));
        out.put("enableSignatureConfirmation", "true");
        if (encrypted) {
            out.put("encryptionUser", consumer ? Keys.PARTNER : "useReqSigCert");
            out.put("encryptionPropRefId", "crypto");
            out.put("encryptionParts", "{Content}{" + SOAP + "}Body;");
            out.put("encryptionSymAlgorithm", "http://www.w3.org/2009/xmlenc11#aes256-gcm");
            out.put("encryptionKeyTransportAlgorithm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p");
        }
        at.getOutInterceptors().add(new WSS4JOutInterceptor(out));
        at.getOutFaultInterceptors().add(new WSS4JOutInterceptor(new HashMap<>(out)));

        Map<String, Object> in = new HashMap<>();
        in.put("action", actions);
        in.put("passwordCallbackRef", passwords);
        in.put("signatureVerificationPropRefId", "crypto");
        in.put("decryptionPropRefId", "crypto");
        in.put("crypto", keys.crypto());
        in.put("enableSignatureConfirmation", "true");
        in.put("expandXopInclude", "true");
        at.getInInterceptors().add(new WSS4JInInterceptor(in));
        at.getInFaultInterceptors().add(new WSS4JInInterceptor(new HashMap<>(in)));
    }

    private static String part(String namespace, String name) {
        return "{}{" + namespace + "}" + name + ";";
    }
}
