package message
import ("testing";"smimectl/internal/cert")
func TestX(t *testing.T){
 w:=newWorld(t)
 x:=w.examiner(); x.Chain=[]*cert.Certificate{w.alice.Certificate}
 ex:=examine(t,x,verifyInput(mailOf(fromAlice,w.multipartSigned(text,w.byKeyID(text,w.alice)))))
 t.Log(ex.Signers()[0].Check)
}
